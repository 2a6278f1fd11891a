import { startTestApp, type TestApp } from '../../support/app';
import { unusedPort } from '../../support/program';
import { startProvider, type TestProvider } from './provider';

/** An application whose people sign in at an identity provider. */
export interface AppWithProvider {
  app: TestApp;
  provider: TestProvider;
  stop(): Promise<void>;
}

export async function startAppWithProvider(settings: Record<string, string>): Promise<AppWithProvider> {
  const [port, providerPort] = [await unusedPort(), await unusedPort()];
  const url = `http://127.0.0.1:${port}`;
  const provider = await startProvider(url, providerPort);
  try {
    const app = await startTestApp({
      PROCESSES: 'api',
      PORT: String(port),
      PUBLIC_URL: url,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: 'hookledger',
      OIDC_CLIENT_SECRET: 'a secret / with : signs',
      OIDC_SCOPES: 'openid email profile groups',
      ...settings,
    });
    const stop = async () => {
      await app.stop();
      await provider.stop();
    };
    return { app, provider, stop };
  } catch (error) {
    await provider.stop();
    throw error;
  }
}
