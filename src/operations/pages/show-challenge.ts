import { showChallenge as route } from '../../contract/pages/challenge.ts';
import { checkActionToken } from '../../runtime/tokens.ts';
import { en } from '../../texts/en/en.ts';
import { escapeHtml } from '../escape-html.ts';
import { publicOperation } from '../operation.ts';

const style = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-items:center;font:1rem/1.5 system-ui,sans-serif;background:light-dark(#f4f5f7,#14161a);color:light-dark(#1c2026,#e8eaed)}main{box-sizing:border-box;width:min(24rem,100% - 2rem);padding:2rem;border-radius:1rem;background:light-dark(#fff,#1e2127)}h1{margin:0 0 .5rem;font-size:1.375rem;line-height:1.3}p{margin:0}`;

export const showChallenge = publicOperation(route, async ({ published, runtime, publicUrl }, { query }) => {
  const keyOf = (tenantId: string) => published.tenant(tenantId)?.tokenKey;
  const check = checkActionToken(query.token ?? '', keyOf, publicUrl, runtime.clock.now());
  const { expired, waiting, title } = en.challengePage;
  const tenantName = check.ok ? published.tenant(check.token.tenantId)?.name : undefined;
  return tenantName === undefined
    ? page(title, expired.heading, expired.body)
    : page(title, waiting.heading, waiting.body(tenantName));
});

function page(title: string, heading: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main><h1>${escapeHtml(heading)}</h1><p>${escapeHtml(body)}</p></main></body></html>`;
}
