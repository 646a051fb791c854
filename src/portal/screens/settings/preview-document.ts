/** A page of users, made ready for the frame that shows it: without scripts, in one mode whatever the browser prefers. */
export interface PreviewDocument {
  readonly html: string;
  readonly lang: string;
  readonly className: string;
}

const darkQuery = /\(\s*prefers-color-scheme\s*:\s*dark\s*\)/g;

export function previewDocument(page: string, isDark: boolean): PreviewDocument {
  // "all" and "not all" are media queries that always and never hold.
  const inMode = page.replaceAll(darkQuery, isDark ? 'all' : 'not all');
  const { documentElement: root } = new DOMParser().parseFromString(inMode, 'text/html');
  for (const unwanted of root.querySelectorAll('script, noscript, link, .Late')) unwanted.remove();
  root.querySelector('meta[name=color-scheme]')?.setAttribute('content', isDark ? 'dark' : 'light');
  return {
    html: root.innerHTML,
    lang: root.lang,
    className: `${root.className} started${isDark ? ' dark' : ''}`.trim(),
  };
}
