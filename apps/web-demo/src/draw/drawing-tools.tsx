import { useState } from 'preact/hooks';
import { clearDrawing, drawingLink, isEmpty, source, strokes, undo } from '../state/drawing';
import { FileButton } from '../ui/file-button';
import { Icon } from '../ui/icon';
import { openPicture } from './drawing-canvas';

/** The buttons under the canvas. */
export function DrawingTools() {
  const [copied, setCopied] = useState<string | undefined>();

  const copyLink = async () => {
    const link = drawingLink();
    history.replaceState(null, '', link);
    try {
      await navigator.clipboard.writeText(link);
      setCopied('Link copied');
    } catch {
      setCopied('The link is in the address bar');
    }
    setTimeout(() => setCopied(undefined), 2500);
  };

  return (
    <div class="row drawing-tools">
      <button class="button" type="button" disabled={isEmpty.value} onClick={undo}>
        <Icon name="undo" /> <span class="tool-label">Undo</span>
      </button>
      <button class="button" type="button" disabled={isEmpty.value} onClick={clearDrawing}>
        <Icon name="clear" /> <span class="tool-label">Clear</span>
      </button>
      <FileButton label="Picture file" accept="image/*" onFiles={([file]) => void openPicture(file)}>
        <span class="tool-label">Picture</span>
      </FileButton>
      <button
        class="button"
        type="button"
        disabled={source.value.kind !== 'strokes' || strokes.value.length === 0}
        onClick={() => void copyLink()}
      >
        <Icon name={copied ? 'check' : 'link'} /> <span class="tool-label">{copied ?? 'Copy link'}</span>
      </button>
      <span class="visually-hidden" role="status">
        {copied}
      </span>
    </div>
  );
}
