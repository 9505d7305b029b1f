import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  label: ComponentChildren;
  class?: string;
  /** The control, which takes the id that ties it to its label. */
  children: (id: string) => ComponentChildren;
}

/** A control with its label above it. */
export function Field({ label, class: className = '', children }: Props) {
  const id = useId();
  return (
    <div class={`field ${className}`}>
      <label for={id}>{label}</label>
      {children(id)}
    </div>
  );
}
