import type { ComponentChildren } from 'preact';
import { Field } from './field';

type Value = string | number | undefined;

interface Props<T extends Value> {
  label: ComponentChildren;
  value: T;
  options: readonly { value: T; label: ComponentChildren; disabled?: boolean }[];
  disabled?: boolean;
  onChange: (value: T) => void;
}

const textOf = (value: Value): string => String(value ?? '');

/** One of a list. The values keep their type, and `undefined` may be one of them. */
export function Choice<T extends Value>({ label, value, options, disabled, onChange }: Props<T>) {
  const choose = (text: string): void => {
    const chosen = options.find((option) => textOf(option.value) === text);
    if (chosen) onChange(chosen.value);
  };
  return (
    <Field label={label}>
      {(id) => (
        <select
          id={id}
          class="select"
          disabled={disabled}
          value={textOf(value)}
          onChange={({ currentTarget }) => choose(currentTarget.value)}
        >
          {options.map((option) => (
            <option key={textOf(option.value)} value={textOf(option.value)} disabled={option.disabled}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
