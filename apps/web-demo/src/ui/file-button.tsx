import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Icon } from './icon';

interface Props {
  /** What is chosen, in words. */
  label: string;
  accept: string;
  multiple?: boolean;
  /** Called with at least one file. */
  onFiles: (files: File[]) => void;
  /** What the button says. */
  children: ComponentChildren;
}

/** A button that asks for files; the same ones can be chosen again. */
export function FileButton({ label, accept, multiple, onFiles, children }: Props) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button class="button" type="button" onClick={() => picker.current?.click()}>
        <Icon name="upload" /> {children}
      </button>
      <input
        ref={picker}
        type="file"
        multiple={multiple}
        accept={accept}
        hidden
        aria-label={label}
        onChange={({ currentTarget }) => {
          const files = Array.from(currentTarget.files ?? []);
          currentTarget.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
