/** A page of users, made ready for the frame that shows it: in one mode, whatever the browser prefers. */
interface PreviewDocument {
  readonly html: string;
  readonly mode: 'light' | 'dark';
}

const darkQuery = /\(\s*prefers-color-scheme\s*:\s*dark\s*\)/g;

export function previewDocument(page: string, mode: 'light' | 'dark'): PreviewDocument {
  const html = page
    // Media queries that always and never hold.
    .replaceAll(darkQuery, mode === 'dark' ? 'all' : 'not all')
    .replace('<meta name="color-scheme" content="light dark">', `<meta name="color-scheme" content="${mode}">`);
  return { html, mode };
}
