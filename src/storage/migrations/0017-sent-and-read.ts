/**
 * What a caller sent, beside what was read from it. `ip_address` is the address that facts and later decisions use, and
 * null if none could be read; `sent_ip_address` is what was sent, if that is a different text. `is_place_unknown`: the
 * place of the address could not be determined. `email_normal` is the normal form of an e-mail address, by which it is
 * found and compared; nodes of an earlier version leave it out.
 */
import { normalEmail } from '../../core/authenticators/normal-email.ts';
import { statement } from '../sql.ts';
import type { Sql } from '../sql.ts';

const withDomainLowered = `regexp_replace(email, '@[^@]*$', '') || lower(substring(email from '@[^@]*$') collate "C")`;

export const sql = /* sql */ `
alter table actions add column sent_ip_address text, add column is_place_unknown boolean not null default false;

alter table users add column email_normal text;
alter table authenticators add column email_normal text;
update users set email_normal = ${withDomainLowered} where email is not null;
update authenticators set email_normal = ${withDomainLowered} where email is not null;
drop index users_by_email;
create index users_by_email on users (tenant_id, lower(coalesce(email_normal, email) collate "C")) where email is not null;

create temporary table foreign_emails as
select email, email as normal from users where octet_length(email) <> length(email)
union
select email, email from authenticators where octet_length(email) <> length(email);
`;

const loadStatement = statement<{ email: string }>('migrate_load_foreign_emails', 'select email from foreign_emails');
const recordStatement = statement<never>(
  'migrate_record_foreign_emails',
  `update foreign_emails f set normal = known.normal
   from unnest($1::text[], $2::text[]) as known (email, normal) where f.email = known.email`,
);

/** Domain names outside ASCII: DNS folds them by tables that no database has. */
export async function fill(sql: Sql): Promise<void> {
  const emails = (await sql.query(loadStatement, [])).map(({ email }) => email);
  await sql.query(recordStatement, [emails, emails.map(normalEmail)]);
  await sql.script(`
    update users u set email_normal = f.normal from foreign_emails f where u.email = f.email;
    update authenticators a set email_normal = f.normal from foreign_emails f where a.email = f.email;
    drop table foreign_emails;
  `);
}
