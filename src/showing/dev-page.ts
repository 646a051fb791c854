import { escapeHtml } from '../telling/escape-html.ts';

const style = `:root{color-scheme:light dark;--line:light-dark(#d9dde5,#363c47);--link:light-dark(#2b4c9b,#aac1ff)}body{margin:0 auto;max-width:44rem;padding:1.5rem 1rem;font:1rem/1.5 system-ui,sans-serif;background:light-dark(#f4f5f7,#14161a);color:light-dark(#1c2026,#e8eaed)}h1{font-size:1.375rem}article{margin:1rem 0;padding:1rem 1.25rem;border-radius:.75rem;background:light-dark(#fff,#1e2127)}h2{margin:0;font-size:1.0625rem;overflow-wrap:anywhere}p{margin:.25rem 0;overflow-wrap:anywhere}pre{margin:.75rem 0 0;font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}a{color:var(--link)}details{margin-top:.75rem}summary,button{min-height:2.75rem;font:600 1rem/1.5 system-ui,sans-serif;cursor:pointer}summary{display:flex;align-items:center;color:var(--link)}button{margin-top:.75rem;padding:.5rem 1.25rem;color:light-dark(#fff,#0e1730);background:light-dark(#2b4c9b,#9db8ff);border:0;border-radius:.75rem}iframe{width:100%;height:30rem;border:1px solid var(--line);border-radius:.5rem;background:light-dark(#fff,#14161a)}code{overflow-wrap:anywhere}:focus-visible{outline:3px solid var(--link);outline-offset:2px}`;

/**
 * A page for developers, with its own look. `html` is what it shows, `head` and `script` are for what it does beyond
 * that.
 */
export function devPage(title: string, html: string, { head = '', script = '' } = {}): string {
  const code = script === '' ? '' : `<script>${script}</script>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">${head}<title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(title)}</h1>${html}</main>${code}</body></html>`;
}
