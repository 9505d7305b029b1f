import type { Signal } from '@preact/signals';
import { loadShippedModel, model, trouble } from '../state/network';
import { bytes } from './format';
import { Icon } from './icon';

/** The model's download, or why there is no model, with a way on. */
export function ModelNotice() {
  const state = model.value;
  if (state.phase === 'loading') {
    const { loadedBytes, totalBytes } = state.progress;
    return (
      <div class="notice loading-notice" role="status">
        <div class="field">
          <span>
            {totalBytes > 0 && loadedBytes >= totalBytes
              ? 'Building the network'
              : `Loading the network${totalBytes > 0 ? `, ${bytes(loadedBytes)} of ${bytes(totalBytes)}` : ''}`}
          </span>
          <progress aria-label="Loading the network" value={loadedBytes} max={totalBytes || 1} />
        </div>
      </div>
    );
  }
  if (state.phase !== 'failed') return null;
  return (
    <div class="notice bad" role="alert">
      <span>{state.message}</span>
      <button class="button" type="button" onClick={() => void loadShippedModel()}>
        Load the shipped network
      </button>
    </div>
  );
}

/** The last thing that went wrong, until it is closed. */
export function TroubleNotice({ of: message = trouble }: { of?: Signal<string | undefined> }) {
  if (!message.value) return null;
  return (
    <div class="notice bad" role="alert">
      <span>{message.value}</span>
      <button
        class="button icon quiet"
        type="button"
        aria-label="Close this message"
        onClick={() => (message.value = undefined)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
