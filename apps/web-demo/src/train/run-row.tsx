import { useState } from 'preact/hooks';
import { messageOf } from '../state/network';
import { count, percent } from '../ui/format';
import { Icon } from '../ui/icon';
import { DownloadMenu } from './download-menu';
import type { RunRecord } from './run-record';
import { compared, compareRun, deleteRun, drawWith, networkOf, renameRun, runsTrouble } from './runs-state';
import { current, goOnWith, isOn, isResting, phase, testing, testRun } from './train-state';

type Mode = 'plain' | 'renaming' | 'deleting' | 'downloading';

/** One kept run: what came of it, and what can be done with it. */
export function RunRow({ run }: { run: RunRecord }) {
  const [mode, setMode] = useState<Mode>('plain');
  const on = isOn(run);
  const tested = testing.value?.id === run.id ? testing.value : undefined;
  const usable = run.hasNetwork && (!on || phase.value === 'paused') && !testing.value;
  const guard = (action: () => Promise<void>) => () => {
    runsTrouble.value = undefined;
    action().catch((error: unknown) => (runsTrouble.value = messageOf(error)));
  };
  const plain = () => setMode('plain');

  return (
    <li class="run" data-testid="run" data-run={run.name}>
      <div class="run-head">
        <label class="run-name">
          <input
            type="checkbox"
            checked={compared.value.includes(run.id)}
            onChange={(event) => compareRun(run.id, event.currentTarget.checked)}
          />
          <span>
            <span class="visually-hidden">Compare </span>
            <b>{run.name}</b>
          </span>
        </label>
        <span class="soft small">{describe(run, on)}</span>
      </div>
      {mode === 'renaming' && <RenameForm run={run} guard={guard} done={plain} />}
      {mode === 'deleting' && (
        <div class="row run-question" role="group" aria-label={`Delete ${run.name}`}>
          <span>Delete “{run.name}” with its network and its curves? This cannot be undone.</span>
          <button
            class="button danger"
            type="button"
            onClick={guard(() => deleteRun(run, current.value?.id === run.id))}
          >
            Delete it
          </button>
          <button class="button quiet" type="button" ref={(button) => button?.focus()} onClick={plain}>
            Keep it
          </button>
        </div>
      )}
      {mode === 'downloading' && (
        <DownloadMenu
          name={run.name}
          saved={() => networkOf(run)}
          onFailure={(message) => (runsTrouble.value = message)}
          onClose={plain}
        />
      )}
      {mode === 'plain' && (
        <div class="row">
          {!run.finished && !on && (
            <button
              class="button"
              type="button"
              disabled={!isResting() || testing.value !== undefined}
              onClick={guard(() => goOnWith(run))}
            >
              <Icon name="play" /> Go on
            </button>
          )}
          <button class="button" type="button" disabled={!usable} onClick={guard(() => drawWith(run))}>
            Draw with it
          </button>
          <button class="button" type="button" disabled={!usable} onClick={guard(() => testRun(run))}>
            Test on 10,000 digits
          </button>
          <button class="button" type="button" disabled={!usable} onClick={() => setMode('downloading')}>
            <Icon name="download" /> Download
          </button>
          <button class="button quiet" type="button" onClick={() => setMode('renaming')}>
            Rename
          </button>
          <button class="button quiet" type="button" disabled={on} onClick={() => setMode('deleting')}>
            Delete
          </button>
          {tested && (
            <progress class="inline-progress" aria-label="Testing" value={tested.done} max={tested.size} />
          )}
        </div>
      )}
    </li>
  );
}

interface RenameProps {
  run: RunRecord;
  guard: (action: () => Promise<void>) => () => void;
  done: () => void;
}

function RenameForm({ run, guard, done }: RenameProps) {
  const [name, setName] = useState(run.name);
  const save = guard(() => renameRun(run, name));
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        save();
        done();
      }}
    >
      <input
        class="number-input run-rename"
        aria-label={`New name of ${run.name}`}
        maxLength={60}
        value={name}
        ref={(input) => void (input && document.activeElement !== input && input.select())}
        onInput={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && done()}
      />
      <button class="button" type="submit" disabled={name.trim() === ''}>
        Save the name
      </button>
      <button class="button quiet" type="button" onClick={done}>
        Leave it
      </button>
    </form>
  );
}

/** How far a run is and how well it does, in one line. */
function describe({ finished, step, totalSteps, history, test, parameters }: RunRecord, on: boolean): string {
  const validation = history.validation.at(-1);
  return [
    finished
      ? 'finished'
      : `${on ? 'at' : 'kept at'} step ${count(step)}${totalSteps > 0 ? ` of ${count(totalSteps)}` : ''}`,
    ...(parameters ? [`${count(parameters)} weights`] : []),
    ...(validation ? [`validation ${percent(validation.accuracy)}`] : []),
    ...(test ? [`test ${percent(test.accuracy, 2)}`] : []),
  ].join(' · ');
}
