import { useState } from 'preact/hooks';

interface FileDrop {
  /** Whether something is held over the element. */
  dropping: boolean;
  /** The properties of the element. */
  target: {
    onDragOver: (event: DragEvent) => void;
    onDragLeave: () => void;
    onDrop: (event: DragEvent) => void;
  };
}

/** Makes an element take files that are dropped on it; none come where something else was. */
export function useFileDrop(onFiles: (files: File[]) => void): FileDrop {
  const [dropping, setDropping] = useState(false);
  return {
    dropping,
    target: {
      onDragOver: (event) => {
        event.preventDefault();
        setDropping(true);
      },
      onDragLeave: () => setDropping(false),
      onDrop: (event) => {
        event.preventDefault();
        setDropping(false);
        onFiles(Array.from(event.dataTransfer?.files ?? []));
      },
    },
  };
}
