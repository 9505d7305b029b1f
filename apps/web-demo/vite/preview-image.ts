import type { Plugin } from 'vite';

/**
 * Names the picture that programs show of a link to the page. They want its whole address, which only the one who builds for a
 * host knows: `SITE_URL=https://example.org/googlenet/ npm run build`. Without it the address is relative, which some take.
 */
export function previewImage(): Plugin {
  const site = process.env.SITE_URL;
  const image = site ? new URL('og-image.jpg', site).href : './og-image.jpg';
  const meta = (property: string, content: string) => ({
    tag: 'meta',
    attrs: { property, content },
    injectTo: 'head' as const,
  });
  return {
    name: 'preview-image',
    transformIndexHtml: () => [
      meta('og:type', 'website'),
      ...(site ? [meta('og:url', site)] : []),
      meta('og:image', image),
      meta('og:image:width', '1200'),
      meta('og:image:height', '630'),
      meta('og:image:alt', 'A drawn three, what the network sees of it, and the probability of each digit'),
      { tag: 'meta', attrs: { name: 'twitter:card', content: 'summary_large_image' }, injectTo: 'head' },
    ],
  };
}
