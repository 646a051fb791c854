import { Refusal } from '../contract/errors.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { consentOf } from '../configuring/consent-of.ts';
import type { Context } from '../calls/context.ts';
import { loadPageLook } from '../storage/queries/page-looks.ts';
import { fillText } from '../texts/fill-text.ts';
import { pageTexts } from '../texts/languages.ts';
import { choosePageLocale } from '../texts/page-locale.ts';
import type { OpenAction } from './open-action.ts';

/** What a page says that its user has agreed to. */
export interface GivenConsent {
  readonly version: string;
  readonly locale: string;
}

/** What a user has agreed to about messages to a number, as it is stored with the number. */
export interface Consent {
  readonly phoneNumber: string;
  readonly version: string;
  /** The sentence that they read, and where it led. */
  readonly text: string;
  readonly link: string;
  /** ISO 8601. */
  readonly agreedAt: string;
}

/**
 * What is stored of a user's consent: the server's own text, whatever the page says.
 * @throws {Refusal} `invalid_request` if the version is not the tenant's present one
 */
export async function consentTo(
  { db, runtime }: Context,
  { tenant }: Pick<OpenAction, 'tenant'>,
  method: string,
  { value: phoneNumber }: Contact,
  given: GivenConsent,
): Promise<Consent> {
  const locale = choosePageLocale([given.locale]);
  const asked = consentOf(tenant, method, locale);
  if (asked === undefined || asked.version !== given.version) {
    throw new Refusal(
      'invalid_request',
      'consent.version is not the present one. Load the session again and show its text.',
    );
  }
  const { messageOverrides } = await loadPageLook(db, tenant.tenantId);
  const text = { ...pageTexts[locale], ...messageOverrides[locale] }['sms-phone-entry.consent'];
  return {
    phoneNumber,
    version: asked.version,
    text: fillText(text, { tenantName: tenant.name }, {}).replace(/<\/?link>/g, ''),
    link: asked.link,
    agreedAt: new Date(runtime.clock.now()).toISOString(),
  };
}
