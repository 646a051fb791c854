/** Who delivers a tenant's push messages. A message is only a prompt: apps find what is pending when they are opened. */
import type { Tenant } from '../storage/published.ts';

/** The services that a message can go by. */
export type PushService = 'APNS' | 'FCM' | 'WEBHOOK';

const servicesOf: Readonly<Record<string, readonly PushService[]>> = {
  DEFAULT: ['APNS', 'FCM'],
  FIREBASE: ['FCM'],
  WEBHOOK: ['WEBHOOK'],
};
const settingOf: Readonly<Record<PushService, string>> = {
  APNS: 'apnsCredentials',
  FCM: 'fcmCredentials',
  WEBHOOK: 'webhookUrl',
};

/** The services that a tenant has configured, with their setting. */
export function pushServices(tenant: Tenant): readonly PushService[] {
  const settings = configurationOf(tenant)?.settings ?? {};
  const services = servicesOf[String(settings['pushProvider'])] ?? [];
  return services.filter((service) => settings[settingOf[service]] !== undefined);
}

export function configurationOf({ authenticatorConfigurations }: Tenant) {
  return authenticatorConfigurations.find(({ verificationMethod }) => verificationMethod === 'PUSH');
}

/** Why a tenant's users cannot be sent push messages, and what to change; undefined if a provider is configured. */
export function whyNoPush(tenant: Tenant): string | undefined {
  if (pushServices(tenant).length > 0) return undefined;
  const provider = configurationOf(tenant)?.settings['pushProvider'];
  if (typeof provider !== 'string') {
    return 'No push provider is configured. Set pushProvider of push to DEFAULT, FIREBASE or WEBHOOK.';
  }
  const services = servicesOf[provider];
  if (services === undefined) {
    return `Push messages by ${provider} are not sent. Set pushProvider of push to DEFAULT, FIREBASE or WEBHOOK.`;
  }
  return `The pushProvider ${provider} has no ${services.map((service) => settingOf[service]).join(' or ')}.`;
}
