import { useId, useState } from 'preact/hooks';

interface Props {
  label: string;
  value: number;
  range: { lowest: number; highest: number };
  /** Whether only whole numbers will do. */
  whole?: boolean;
  onChange: (value: number) => void;
}

/** A number that is taken only where it is one and in range; else the field says what it expects, and the last good one stays. */
export function NumberField({ label, value, range: { lowest, highest }, whole = false, onChange }: Props) {
  const id = useId();
  const [text, setText] = useState<string | undefined>();
  const [problem, setProblem] = useState<string | undefined>();

  const read = (typed: string) => {
    const number = typed.trim() === '' ? NaN : Number(typed);
    const isGood = number >= lowest && number <= highest && (!whole || Number.isInteger(number));
    setText(typed);
    setProblem(
      isGood
        ? undefined
        : `${label}: ${whole ? 'a whole number' : 'a number'} from ${lowest} to ${highest}. It stays ${isGood ? number : value}.`,
    );
    if (isGood) onChange(number);
  };

  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        class="number-input"
        inputMode="decimal"
        autocomplete="off"
        aria-invalid={problem !== undefined}
        aria-describedby={problem && `${id}-problem`}
        value={text ?? String(value)}
        onInput={(event) => read(event.currentTarget.value)}
        onBlur={() => setText(undefined)}
      />
      {problem && (
        <span id={`${id}-problem`} class="field-problem" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}
