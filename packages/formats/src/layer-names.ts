/**
 * Names of layers that TensorFlow.js and Keras take, made of those of a file, each given out once.
 *
 * Letters, digits, dots, hyphens and underscores stay; whatever else is in a name becomes an underscore, and none may begin with a mark.
 */
export class LayerNames {
  private readonly used = new Set<string>();

  /** The name as it may be used, numbered where it is taken. */
  unique(name: string): string {
    const plain = name.replace(/[^A-Za-z0-9._-]+/g, '_').replace(/^[^A-Za-z0-9]+|_+$/g, '') || 'layer';
    let found = plain;
    for (let i = 1; this.used.has(found); i++) found = `${plain}_${i}`;
    this.used.add(found);
    return found;
  }
}
