/** How a code reaches a phone: by text message or by WhatsApp. */
export const smsChannels = ['DEFAULT', 'WHATSAPP'] as const;
export type SmsChannel = (typeof smsChannels)[number];

/** The channel of a method's messages; undefined if they do not go to phones. */
export function smsChannelOf(verificationMethod: string | null): SmsChannel | undefined {
  if (verificationMethod === 'SMS') return 'DEFAULT';
  return verificationMethod === 'WHATSAPP' ? 'WHATSAPP' : undefined;
}
