import { fastify } from 'fastify';

/**
 * The page at `/docs` that shows `/openapi.json`, by the paths of its files. Its library, several megabytes, is loaded by
 * the first request: most nodes are never asked.
 */
export function openApiReference(): (path: string) => Promise<Buffer> {
  let loading: ReturnType<typeof load> | undefined;
  return async (path) => {
    loading ??= load();
    return (await (await loading).inject(path)).rawPayload;
  };
}

async function load() {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const reference = fastify();
  await reference.register(scalar, {
    routePrefix: '/docs',
    configuration: {
      title: 'Sallyport API',
      url: '/openapi.json',
      // As the contract declares them: what matters first.
      orderSchemaPropertiesBy: 'preserve',
      // The page makes no requests to third parties and offers none: it runs on the operator's own server.
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      agent: { disabled: true },
      showDeveloperTools: 'never',
      favicon: 'data:,',
      customCss: 'a[href^="https://www.scalar.com"]{display:none}',
    },
  });
  await reference.ready();
  return reference;
}
