import { pumpingSettingsOf } from '../core/pumping/pumping-settings.ts';
import type { UiSession } from '../contract/client/ui-session.ts';
import { consentOf } from '../configuring/consent-of.ts';
import { methodSettings } from '../configuring/method-settings.ts';
import { manifests } from '../methods/manifests.ts';
import type { OpenAction } from '../proving/open-action.ts';
import { isPermitted, permitEnrolment } from '../proving/permit.ts';
import { callingCodes } from '../enrichment/phone-numbers.ts';
import type { Context } from '../calls/context.ts';
import type { Tenant } from '../storage/published.ts';
import { omitAbsent } from '../views/omit-absent.ts';

type NumberEntry = UiSession['numberEntries'][number];

interface Visitor {
  readonly locale: string;
  readonly wishedLocales: readonly (string | undefined)[];
  readonly ipAddress: string;
}

/** How a page asks for the numbers that the token permits to enrol, or to put in the place of others. */
export function numberEntriesOf(context: Context, action: OpenAction, visitor: Visitor): NumberEntry[] {
  return manifests
    .filter(({ channel, isOffered }) => channel === 'phoneNumber' && isOffered)
    .filter(({ verificationMethod: method }) => isPermitted(() => permitEnrolment(action, method)))
    .map(({ verificationMethod: method }) => numberEntry(context, action.tenant, method, visitor));
}

function numberEntry(
  { enrichment }: Pick<Context, 'enrichment'>,
  tenant: Tenant,
  verificationMethod: NumberEntry['verificationMethod'],
  visitor: Visitor,
): NumberEntry {
  const known = callingCodes();
  const { defaultCountryCode } = methodSettings(tenant, verificationMethod);
  // Without any, nothing is sent unless the tenant only monitors; then it is sent everywhere.
  const chosen = pumpingSettingsOf(tenant.authenticatorConfigurations, verificationMethod).countryCodes;
  const countryCodes = chosen.length === 0 ? undefined : chosen.filter((code) => code in known);
  const isPermitted = (code: string) => code in known && (countryCodes?.includes(code) ?? true);
  const { country } = enrichment.describeAddress(visitor.ipAddress);
  const wishes = [
    defaultCountryCode,
    country === null || country === 'unknown' ? undefined : country.countryCode,
    ...visitor.wishedLocales.map(regionOf),
    countryCodes?.length === 1 ? countryCodes[0] : undefined,
  ];
  return omitAbsent({
    verificationMethod,
    countryCodes,
    countryCode: wishes.find((code): code is string => typeof code === 'string' && isPermitted(code)),
    consent: consentOf(tenant, verificationMethod, visitor.locale),
  });
}

/** The region of the language that is asked for first, such as NZ of `en-NZ,en;q=0.9`. */
function regionOf(wished: string | undefined): string | undefined {
  return /^\s*[a-z]{2,3}[-_]([a-z]{2})\b/i.exec(wished ?? '')?.[1]?.toUpperCase();
}
