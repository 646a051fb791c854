/**
 * What became of texts, by which pumping is told from honest use: a row for each that was asked for, and the sums of an
 * hour and country, which each connection writes in rows of its own so that none waits for another. No reference to the
 * tenant: its row would be locked by every send.
 */
export const sql = /* sql */ `
create table texts (
  tenant_id uuid not null,
  -- the challenge whose code it carries; for one that was refused, an id of its own
  text_id uuid not null,
  verification_method text not null,
  asked_at timestamptz not null,
  -- ZZ: the number belongs to no country
  country_code text not null,
  number_type text not null,
  -- all but the last four digits of the number
  number_range text not null,
  -- HMACs of the number, of the user and of the address; null where there is none
  number_name text not null,
  user_name text,
  address_name text,
  -- whether the user had the number as verified
  is_own boolean not null,
  -- whether no breaker could refuse it, so that breakers do not count it
  is_trusted boolean not null,
  -- false: it was refused
  is_sent boolean not null,
  -- why it was sent, or refused, or would have been
  reason text not null,
  -- when its code was entered; null: never
  entered_at timestamptz,
  primary key (tenant_id, text_id)
);
create index texts_by_range on texts (tenant_id, number_range, asked_at) where is_sent;
create index texts_by_number on texts (tenant_id, number_name, asked_at) where is_sent;
create index texts_by_time on texts (asked_at);

create table text_counts (
  tenant_id uuid not null,
  country_code text not null,
  hour timestamptz not null,
  -- of the connection that counts
  slot bigint not null,
  -- by strangers: sent, or refused by a breaker
  asked integer not null,
  -- of these
  entered integer not null,
  -- by anybody
  sent integer not null,
  -- for any reason
  refused integer not null,
  primary key (tenant_id, country_code, hour, slot)
);
create index text_counts_by_hour on text_counts (tenant_id, hour);
`;
