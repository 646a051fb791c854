import { lookOf, looks } from '../kit/method-look.ts';
import type { MethodPage } from '../kit/method-page.ts';

const loaded = new Map<string, MethodPage>();

/** The screens of a method if they are loaded already. */
export function methodPage(method: string): MethodPage | undefined {
  return loaded.get(method);
}

/**
 * Loads the screens of a method on demand: a user rarely needs more than one. Undefined for a method without screens.
 * @throws if they cannot be loaded.
 */
export async function loadMethodPage(method: string): Promise<MethodPage | undefined> {
  const known = loaded.get(method);
  if (known !== undefined) return known;
  const page = (await lookOf(method).page?.())?.page;
  if (page !== undefined) loaded.set(method, page);
  return page;
}

/** Every method that has screens. */
export const methodsWithPages: readonly string[] = looks
  .filter(({ page }) => page !== undefined)
  .map(({ verificationMethod }) => verificationMethod);
