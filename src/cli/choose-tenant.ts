import { listTenants } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';
import { CommandMistake } from './command.ts';

/** The tenant that `--tenant` names, or the only one there is. @throws {CommandMistake} */
export async function chooseTenant(sql: Sql, wanted: string | undefined): Promise<string> {
  const tenants = await listTenants(sql);
  if (wanted !== undefined) {
    if (!tenants.some((tenant) => tenant.tenantId === wanted))
      throw new CommandMistake(`There is no tenant ${wanted}.`);
    return wanted;
  }
  const [only, ...others] = tenants;
  if (only === undefined)
    throw new CommandMistake('There is no tenant yet. Create one with "sallyport tenants create --name NAME".');
  if (others.length > 0) throw new CommandMistake('There are several tenants. Name one with --tenant ID.');
  return only.tenantId;
}
