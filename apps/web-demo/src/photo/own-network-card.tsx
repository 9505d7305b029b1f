import { FileButton } from '../ui/file-button';
import { useFileDrop } from '../ui/use-file-drop';
import { hasImagenet, loadImagenet, openOwnNetwork, photoState } from './photo-state';

const MOST_NAMES = 8;

/** How a visitor opens a network that was trained on photographs of their own, and how to get back. */
export function OwnNetworkCard() {
  const open = (files: File[]) => void openOwnNetwork(files);
  const { target } = useFileDrop(open);
  const state = photoState.value;
  const own = state.phase === 'ready' ? state.model.own : undefined;
  return (
    <section class="card" aria-labelledby="own-network-title" data-testid="own-network" {...target}>
      <h2 id="own-network-title">A network of your own</h2>
      {own && (
        <p data-testid="own-classes">
          Open now: {own.folder === '' ? 'a network' : `“${own.folder}”`} of {own.classNames.length} classes,{' '}
          {listOf(own.classNames)}.
        </p>
      )}
      <div class="drop-zone">
        <p>
          <code>googlenet train --data FOLDER</code> teaches it your own pictures. Drop{' '}
          <code>model.json</code> and <code>weights.bin</code> from the run's folder <code>model</code> here,
          then show it a photograph.
        </p>
        <div class="row">
          <FileButton label="Files of a photo network" multiple accept=".json,.bin" onFiles={open}>
            Choose files
          </FileButton>
          {own && hasImagenet.value !== false && (
            <button class="button quiet" type="button" onClick={() => void loadImagenet()}>
              Back to ImageNet's classes
            </button>
          )}
        </div>
      </div>
    </section>
  );
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}
