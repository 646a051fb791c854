import { en } from '../texts/en/en.ts';
import type { Tenant } from '../storage/published.ts';
import { mailPage } from './mail-page.ts';
import type { Context } from './operation.ts';
import { sendMail } from './send-mail.ts';

/** Sends a link. @throws {Refusal} as {@link sendMail} does. */
export async function sendMagicLinkMail(
  context: Context,
  tenant: Tenant,
  mail: { readonly to: string; readonly url: string; readonly validMinutes: number },
): Promise<void> {
  const { subject, intro, button, validity, warning } = en.magicLinkMail;
  const notes = [validity(mail.validMinutes), warning];
  await sendMail(context, tenant, {
    to: mail.to,
    subject: subject(tenant.name),
    text: `${[intro(tenant.name), mail.url, ...notes].join('\n\n')}\n`,
    html: mailPage(tenant.name, [intro(tenant.name), ...notes], { link: mail.url, label: button }),
  });
}
