import { pumpingSettingsOf } from '../core/pumping/pumping-settings.ts';
import type { Tenant } from '../storage/published.ts';

/** Why none of a method's texts would be sent, whatever the number, and what to change; undefined if some would be. */
export function whyNoCountry(
  { authenticatorConfigurations }: Pick<Tenant, 'authenticatorConfigurations'>,
  verificationMethod: string,
): string | undefined {
  const { mode, countryCodes } = pumpingSettingsOf(authenticatorConfigurations, verificationMethod);
  return mode === 'monitor' || countryCodes.length > 0
    ? undefined
    : `No country is chosen that texts may go to, so none is sent. Set smsCountryCodes of ${verificationMethod}, such as ["NZ"].`;
}
