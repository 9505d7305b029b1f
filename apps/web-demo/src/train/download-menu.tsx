import { useState } from 'preact/hooks';
import { messageOf } from '../state/network';
import { Icon } from '../ui/icon';
import { downloadModel, exportFormats, FORMAT_NAMES, type ExportFormat } from './download-model';
import type { SavedModel } from './training-protocol';

interface Props {
  /** What the files are called. */
  name: string;
  saved: () => Promise<SavedModel>;
  onFailure: (message: string) => void;
  onClose: () => void;
}

/** The formats in which a network can be had. */
export function DownloadMenu({ name, saved, onFailure, onClose }: Props) {
  const [writing, setWriting] = useState<ExportFormat | undefined>();
  const get = async (format: ExportFormat) => {
    setWriting(format);
    try {
      await downloadModel(await saved(), format, name);
    } catch (error) {
      onFailure(messageOf(error));
    } finally {
      setWriting(undefined);
    }
  };
  return (
    <div class="download-menu" role="group" aria-label={`Download ${name}`}>
      <ul>
        {exportFormats.map((format) => (
          <li key={format}>
            <button
              class="button"
              type="button"
              disabled={writing !== undefined}
              onClick={() => void get(format)}
            >
              <Icon name="download" /> {FORMAT_NAMES[format].title}
            </button>
            <span class="soft small">
              {writing === format ? 'is being written …' : FORMAT_NAMES[format].use}
            </span>
          </li>
        ))}
      </ul>
      <button class="button quiet" type="button" onClick={onClose}>
        Close
      </button>
    </div>
  );
}
