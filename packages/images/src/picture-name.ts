const EXTENSION = /\.(jpe?g|jpe|jfif|png|webp)$/i;

/** Whether a file is a JPEG, PNG or WebP by its name. */
export function isPictureName(name: string): boolean {
  return EXTENSION.test(name);
}
