import type { MethodPage } from '../kit/method-page.ts';

/** The screens of each method, loaded on demand: a person rarely needs more than one. */
const loaders = {
  PASSKEY: () => import('../../methods/passkey/page.tsx'),
  SECURITY_KEY: () => import('../../methods/security-key/page.tsx'),
  AUTHENTICATOR_APP: () => import('../../methods/totp/page.tsx'),
  EMAIL_OTP: () => import('../../methods/email-otp/page.tsx'),
  EMAIL_MAGIC_LINK: () => import('../../methods/email-magic-link/page.tsx'),
  RECOVERY_CODE: () => import('../../methods/recovery-code/page.tsx'),
} as const;

const loaded = new Map<string, MethodPage>();

/** The screens of a method if they are here already. */
export function methodPage(method: string): MethodPage | undefined {
  return loaded.get(method);
}

/** Loads the screens of a method; undefined for one that has none. @throws if they cannot be fetched. */
export async function loadMethodPage(method: string): Promise<MethodPage | undefined> {
  const known = loaded.get(method);
  if (known !== undefined) return known;
  if (!(method in loaders)) return undefined;
  const { page } = await loaders[method as keyof typeof loaders]();
  loaded.set(method, page);
  return page;
}

/** Every method that has screens. */
export const methodsWithPages: readonly string[] = Object.keys(loaders);
