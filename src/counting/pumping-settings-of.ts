import { methodSettings } from '../configuring/method-settings.ts';
import { readPumpingSettings } from '../core/pumping/pumping-settings.ts';
import type { PumpingSettings } from '../core/pumping/pumping-settings.ts';
import type { Tenant } from '../storage/published.ts';

const ofAllTexts = ['smsCountryCodes', 'pumpingProtection', 'prefixRateLimitConfigurations'];

/** How a method's texts are protected. What is not set for WHATSAPP is as for SMS. */
export function pumpingSettingsOf(
  tenant: Pick<Tenant, 'authenticatorConfigurations'>,
  verificationMethod: string,
): PumpingSettings {
  const sms = methodSettings(tenant, 'SMS');
  const shared = ofAllTexts.flatMap((name) => (sms[name] === undefined ? [] : [[name, sms[name]]]));
  return readPumpingSettings({ ...Object.fromEntries(shared), ...methodSettings(tenant, verificationMethod) });
}
