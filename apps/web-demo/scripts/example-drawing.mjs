/** The drawing of the page's pictures: a three, as its link has it. */
export const exampleDrawing =
  'HkpHUj1dNWoveS6IMJU2oD6mSahVpmCfa5Rzh3l4eoR5k32ghamQr52wqqy4o8OXzInSedRp0VvLUMFItQ';
