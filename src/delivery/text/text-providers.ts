/** The providers of texts that a tenant can configure: one line each, and a file beside this one. */
import type { Texter } from './texter.ts';

interface TextProvider {
  /** The credentials in the tenant's configuration; the contract has checked their form. */
  readonly credentials: string;
  open(credentials: Readonly<Record<string, unknown>>): Texter;
}

/** By the name in `smsProvider` and `whatsAppProvider`. */
export const textProviders: ReadonlyMap<string, TextProvider> = new Map();
