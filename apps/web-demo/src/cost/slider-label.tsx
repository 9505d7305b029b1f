/** A slider's label with its value at the other end; the value is the slider's own to be told. */
export function SliderLabel({ text, value }: { text: string; value: number }) {
  return (
    <span class="slider-label">
      {text}
      <span class="number" aria-hidden="true">
        {value}
      </span>
    </span>
  );
}
