import { Refusal } from '../contract/errors.ts';
import { en } from '../texts/en/en.ts';
import type { Tenant } from '../storage/published.ts';
import { escapeHtml } from './escape-html.ts';
import type { Context } from './operation.ts';

/**
 * Sends a code. @throws {Refusal} `delivery_failed` if it was not accepted for delivery: never "sent" when it was not.
 */
export async function sendCodeMail(
  { mailer }: Context,
  tenant: Tenant,
  mail: { readonly to: string; readonly code: string; readonly validMinutes: number },
): Promise<void> {
  if (mailer === undefined) throw mailMissing();
  const { subject, intro, validity, warning } = en.codeMail;
  const paragraphs = [intro(tenant.name), mail.code, validity(mail.validMinutes), warning];
  try {
    await mailer.send({
      to: mail.to,
      // One line, whatever the tenant's name is (A27).
      subject: subject(mail.code, tenant.name).replace(/\p{Cc}+/gu, ' '),
      text: `${paragraphs.join('\n\n')}\n`,
      html: page(tenant.name, paragraphs),
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DeliveryFailed') throw error;
    throw new Refusal('delivery_failed', 'The message could not be handed over to the mail server. Nothing was sent.');
  }
}

/** What is answered where a message would have to be sent and nothing is configured to send it. */
export function mailMissing(): Refusal {
  return new Refusal(
    'invalid_configuration',
    'No mail provider is configured. Set SALLYPORT_SMTP_URL and SALLYPORT_MAIL_FROM.',
  );
}

// Styled in place, because mail programs drop style sheets.
function page(title: string, [intro = '', code = '', ...rest]: readonly string[]): string {
  const notes = rest.map((text) => `<p style="margin:0 0 12px;color:#555b66">${escapeHtml(text)}</p>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1c2026"><p style="margin:0 0 12px">${escapeHtml(intro)}</p><p style="margin:0 0 16px;font-size:32px;font-weight:600;letter-spacing:4px">${escapeHtml(code)}</p>${notes}</body></html>`;
}
