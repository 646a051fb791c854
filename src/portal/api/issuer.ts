/** The way to the issuer of OpenID Connect and back. The page goes away meanwhile, so the browser keeps where to go on. */
import { call } from './call.ts';
import type { FromIssuer, Session } from './types.ts';

const key = 'sallyport.after-issuer';

/** Leaves for the issuer. `next` is where to go on afterwards, within the portal. @throws {CallError} */
export async function goToIssuer(
  path: '/v1/portal/oidc' | '/v1/portal/step-up/oidc',
  next: string,
  body: { readonly invitation?: string } = {},
): Promise<void> {
  const { url } = await call<{ url: string }>('POST', path, { body });
  sessionStorage.setItem(key, next);
  location.assign(url);
}

/** Where to go on: only a path of the portal itself. */
export function takeNext(): string | undefined {
  const next = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return next?.startsWith('/t/') === true ? next : undefined;
}

/** Whether what came back is of a step-up: the server has begun its state so. */
export function isOfStepUp(response: string): boolean {
  return new URLSearchParams(response).get('state')?.startsWith('step-up.') === true;
}

/** @throws {CallError} */
export function signInFromIssuer(response: string): Promise<FromIssuer> {
  return call('POST', '/v1/portal/oidc/session', { body: { response } });
}

/** @throws {CallError} */
export function stepUpFromIssuer(response: string): Promise<Session> {
  return call('POST', '/v1/portal/step-up/oidc/confirm', { body: { response } });
}
