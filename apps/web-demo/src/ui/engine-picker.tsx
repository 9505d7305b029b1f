import { chooseEngine, engine } from '../state/network';
import { ENGINE_NAMES, type EngineName } from '../worker/protocol';
import { Icon } from './icon';

export const ENGINE_LABELS: Record<EngineName, string> = {
  webgpu: 'WebGPU',
  webgl: 'WebGL',
  wasm: 'WebAssembly',
  cpu: 'JavaScript',
};

/** Says which engine computes, and lets the visitor choose another. */
export function EnginePicker() {
  const state = engine.value;
  const current = state.phase === 'ready' ? state.report.engine : '';
  return (
    <div
      class="engine-picker"
      data-engine={current}
      title={state.phase === 'ready' ? state.report.detail : undefined}
    >
      <Icon name="chip" size={18} />
      <select
        aria-label="Engine"
        value={current}
        disabled={state.phase === 'starting'}
        onChange={(event) => void chooseEngine(event.currentTarget.value as EngineName)}
      >
        {current === '' && (
          <option value="">{state.phase === 'starting' ? 'starting…' : 'none works'}</option>
        )}
        {ENGINE_NAMES.map((name) => (
          <option key={name} value={name}>
            {ENGINE_LABELS[name]}
          </option>
        ))}
      </select>
    </div>
  );
}

/** One line for engines that were tried and left; nothing where the first one worked. */
export function EngineNotice() {
  const state = engine.value;
  if (state.phase === 'failed') {
    return (
      <p class="notice bad" role="alert">
        <span>{state.message}</span>
      </p>
    );
  }
  if (state.phase !== 'ready' || state.report.failures.length === 0) return null;
  const { report } = state;
  return (
    <p class="soft engine-notice">
      Running on {ENGINE_LABELS[report.engine]}
      {report.detail && ` (${report.detail})`}.{' '}
      {report.failures.map(({ engine: name, reason }) => `${ENGINE_LABELS[name]}: ${reason}.`).join(' ')}
    </p>
  );
}
