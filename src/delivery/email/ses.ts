import { AwsV4Signer } from 'aws4fetch';
import { jsonOf, jsonType, textOf } from '../api-provider.ts';
import type { ApiProvider } from '../api-provider.ts';
import type { Email } from './mailer.ts';

/** Mail by Amazon SES, whose requests are signed (AWS Signature Version 4). */
export const ses: ApiProvider<Email> = {
  async request({ to, subject, text, html, messageId }, { credentials, now }) {
    const { region = '', accessKeyId = '', secretAccessKey = '', from, fromName, configurationSet } = credentials;
    const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
    const body = JSON.stringify({
      FromEmailAddress: fromName === undefined ? from : `${quoted(fromName)} <${from}>`,
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: {
          Subject: utf8(subject),
          Body: { Text: utf8(text), Html: utf8(html) },
          // SES makes the Message-ID itself; a repeat is known by this one.
          ...(messageId === undefined ? {} : { Headers: [{ Name: 'X-Entity-Ref-ID', Value: messageId }] }),
        },
      },
      ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
    });
    const signed = await new AwsV4Signer({
      url: `https://email.${region}.amazonaws.com/v2/email/outbound-emails`,
      method: 'POST',
      headers: jsonType,
      body,
      service: 'ses',
      region,
      accessKeyId,
      secretAccessKey,
      datetime: new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    }).sign();
    return { url: signed.url.href, headers: Object.fromEntries(signed.headers), body };
  },
  idIn: (body) => textOf(jsonOf(body), 'MessageId'),
};

/** A display name as RFC 5322 §3.4 writes it; what is not ASCII is encoded (RFC 2047 §5). */
function quoted(name: string): string {
  if (/[^\x20-\x7e]/.test(name)) return `=?UTF-8?B?${Buffer.from(name).toString('base64')}?=`;
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}
