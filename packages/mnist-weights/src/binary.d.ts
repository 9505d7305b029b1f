/** A binary file, which the build and the tests turn into base64. */
declare module '*.bin' {
  const base64: string;
  export default base64;
}
