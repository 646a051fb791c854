import type { HostileTenant, HostileWork } from '../hostile-work.ts';

const marks = '<authsignal-head></authsignal-head><authsignal-widget></authsignal-widget>';
const charactersMax = 100_000;

function fill(make: (name: string) => string): string {
  let text = marks;
  for (let at = 0; text.length < charactersMax - 100; at += 1) text += make(at.toString(36));
  return text;
}

const store = async ({ manage }: HostileTenant, template: string | null, status: number): Promise<void> => {
  await manage('PATCH', '/theme', { template }, status);
};

let url = '';

export const hostilePages: readonly HostileWork[] = [
  {
    what: 'A page template that takes nearly all steps, stored',
    prepare: async () => undefined,
    work: (tenant) =>
      store(
        tenant,
        fill((name) => `<p class="a${name}" title="b"><i>c</i> d<img src="/e.png"></p>`),
        200,
      ),
  },
  {
    what: 'A page template that would stand for millions of elements, refused',
    prepare: async () => undefined,
    work: (tenant) =>
      store(
        tenant,
        fill((name) => `<p><b ${name}>`),
        400,
      ),
  },
  {
    what: 'A page in a template of 49,900 comments, opened',
    async prepare(tenant) {
      await store(tenant, `${marks}${'<!'.repeat(49_900)}`, 200);
      ({ url } = (await tenant.call('POST', '/v1/users/hostile/actions/page', {})) as { readonly url: string });
    },
    async work() {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`The page answered ${response.status}.`);
    },
  },
];
