import { useLayoutEffect, useRef } from 'preact/hooks';
import { photo } from './photo-state';

/** The 224x224 pixels that the network sees, in colour. */
export function PhotoPicture({ class: className = '' }: { class?: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const answer = photo.value;
  useLayoutEffect(() => {
    const context = ref.current?.getContext('2d');
    if (context && answer) context.putImageData(new ImageData(answer.pixels, answer.side, answer.side), 0, 0);
  }, [answer]);
  const side = answer?.side ?? 224;
  return (
    <canvas
      ref={ref}
      class={`photo-picture ${className}`}
      width={side}
      height={side}
      role="img"
      aria-label="The photograph as the network sees it"
    />
  );
}
