/** The providers of texts that a tenant can configure: one line each, and a file beside this one. */
import type { ApiProvider, Credentials } from '../api-provider.ts';
import { birdReports } from '../bird.ts';
import type { Reports } from '../report.ts';
import { birdSms, birdWhatsApp } from './bird.ts';
import { messageMedia, messageMediaReports } from './message-media.ts';
import { modica, modicaReports } from './modica.ts';
import type { Text, TextChannel } from './texter.ts';
import { tnz, tnzReports } from './tnz.ts';
import { twilioReports, twilioSms, twilioWhatsApp } from './twilio.ts';
import { webhookText } from './webhook.ts';

export interface TextProvider {
  /** The credentials in the tenant's configuration; null for its own endpoint, which has none. */
  readonly credentials: string | null;
  readonly api: ApiProvider<Text>;
  /** What it tells of messages later; absent for one that tells nothing. */
  readonly reports?: Reports;
  /** What the credentials lack, although their form is right. */
  lacks?(credentials: Credentials): string | undefined;
}

const webhook: TextProvider = { credentials: null, api: webhookText };

const smsProviders: Readonly<Record<string, TextProvider>> = {
  BIRD: {
    credentials: 'birdSmsCredentials',
    api: birdSms,
    reports: birdReports,
    lacks({ channelId, navigatorId, enableMessageTemplates, projectId }) {
      if (channelId === undefined && navigatorId === undefined) return 'channelId or navigatorId';
      return enableMessageTemplates === 'true' && projectId === undefined ? 'projectId' : undefined;
    },
  },
  MESSAGE_BIRD_V2: { credentials: 'messageBirdV2Credentials', api: birdSms, reports: birdReports },
  MESSAGE_MEDIA: { credentials: 'messageMediaCredentials', api: messageMedia, reports: messageMediaReports },
  MODICA_GROUP: { credentials: 'modicaGroupCredentials', api: modica, reports: modicaReports },
  TNZ: { credentials: 'tnzCredentials', api: tnz, reports: tnzReports },
  TWILIO: { credentials: 'twilioCredentials', api: twilioSms, reports: twilioReports },
  WEBHOOK: webhook,
};

const whatsAppProviders: Readonly<Record<string, TextProvider>> = {
  BIRD: { credentials: 'birdWhatsAppCredentials', api: birdWhatsApp, reports: birdReports },
  TWILIO: { credentials: 'twilioWhatsAppCredentials', api: twilioWhatsApp, reports: twilioReports },
  WEBHOOK: webhook,
};

/** By the name in `smsProvider` and in `whatsAppProvider`. */
export const textProviders: Readonly<Record<TextChannel, ReadonlyMap<string, TextProvider>>> = {
  SMS: new Map(Object.entries(smsProviders)),
  WHATSAPP: new Map(Object.entries(whatsAppProviders)),
};
