import type * as Server from '@simplewebauthn/server';
import type * as Helpers from '@simplewebauthn/server/helpers';
import type * as Certificates from '../runtime/certificates.ts';

export type WebauthnLibrary = typeof Server & typeof Helpers & typeof Certificates;

let loaded: Promise<WebauthnLibrary> | undefined;

/** What checks keys and their certificates: two hundred modules, which the first key loads. */
export function webauthnLibrary(): Promise<WebauthnLibrary> {
  return (loaded ??= load());
}

async function load(): Promise<WebauthnLibrary> {
  const library = {
    ...(await import('@simplewebauthn/server')),
    ...(await import('@simplewebauthn/server/helpers')),
    ...(await import('../runtime/certificates.ts')),
  };
  // It fetches no revocation lists only if it has no roots of its own (A76).
  library.SettingsService.setRootCertificates({ identifier: 'apple', certificates: [] });
  return library;
}
