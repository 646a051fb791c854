import type { VerificationMethod } from '../../contract/values.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import type { IconName } from './icons.tsx';
import type { MethodPage } from './method-page.ts';

/** How a method is drawn and named in lists: all that browsers load of its folder before its screens. */
export interface MethodLook {
  readonly verificationMethod: VerificationMethod;
  readonly icon: IconName;
  readonly name: PageTextId;
  readonly hint?: PageTextId;
  /** Whether the authenticator is an address or number, which its user can replace with another. */
  readonly isAddress?: true;
  /** Loads its screens; absent if it has none. */
  readonly page?: () => Promise<{ readonly page: MethodPage }>;
}

export const looks: readonly MethodLook[] = Object.values(
  import.meta.glob<MethodLook>('../../methods/*/look.ts', { eager: true, import: 'look' }),
);

const unknown = { icon: 'shield', name: 'method.other' } as const;

export function lookOf(method: string): Omit<MethodLook, 'verificationMethod'> {
  return looks.find(({ verificationMethod }) => verificationMethod === method) ?? unknown;
}
