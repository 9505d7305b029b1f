/**
 * What went wrong, as a visitor reads it: the packages' messages begin with the function that speaks, which tells a visitor
 * nothing; the file or address that it names stays.
 */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [all, about = ''] = /^[A-Za-z.]+(?:\(([^()]*)\))?: /.exec(message) ?? [''];
  if (all === '' || !/^[a-z]/.test(message)) return message;
  const rest = message.slice(all.length);
  const name = about.replace(/^"|"$/g, '').replace(/^https?:.*\//, '');
  return name === '' ? rest.charAt(0).toUpperCase() + rest.slice(1) : `${name}: ${rest}`;
}
