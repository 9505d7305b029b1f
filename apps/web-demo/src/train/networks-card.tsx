import { useState } from 'preact/hooks';
import { loadModelFiles, loadShippedModel, model, network, trouble } from '../state/network';
import { FileButton } from '../ui/file-button';
import { count } from '../ui/format';
import { Icon } from '../ui/icon';
import { useFileDrop } from '../ui/use-file-drop';
import { DownloadMenu } from './download-menu';

/** The network that the page has loaded, and how to load one from files. */
export function NetworksCard() {
  const open = (files: File[]) => void loadModelFiles(files);
  const { target } = useFileDrop(open);
  const [downloading, setDownloading] = useState(false);
  const current = model.value.phase === 'ready' ? model.value.info : undefined;
  return (
    <section class="card" aria-labelledby="model-title" data-testid="model-drop" {...target}>
      <div class="card-head">
        <h2 id="model-title">A network from files</h2>
        {current && (
          <span class="soft small" data-testid="loaded-model">
            Loaded: {current.name}, {count(current.parameters)} weights
          </span>
        )}
      </div>
      <div class="drop-zone">
        <p>
          Drop a network here: the <code>model.json</code> and <code>.bin</code> files that the trainer wrote,
          or that were downloaded here. Then draw with it, look inside, or train it further.
        </p>
        <div class="row">
          <FileButton label="Model files" multiple accept=".json,.bin" onFiles={open}>
            Choose files
          </FileButton>
          {current && (
            <button class="button" type="button" onClick={() => setDownloading(true)}>
              <Icon name="download" /> Download “{current.name}”
            </button>
          )}
          {current && current.name !== 'shipped' && (
            <button class="button quiet" type="button" onClick={() => void loadShippedModel()}>
              Back to the shipped network
            </button>
          )}
        </div>
        {downloading && current && (
          <DownloadMenu
            name={current.name}
            saved={() => network.savedModel()}
            onFailure={(message) => (trouble.value = message)}
            onClose={() => setDownloading(false)}
          />
        )}
      </div>
    </section>
  );
}
