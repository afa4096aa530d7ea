import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

/* `npm run dev` shows a running heatnetd: HEATNET_SERVER=http://127.0.0.1:8080 npm run dev */
const server = process.env.HEATNET_SERVER ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [vue()],
  build: {
    target: 'chrome90',
    cssTarget: 'chrome90',
    assetsInlineLimit: 0, // the page's CSP knows no inline script or style
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    reportCompressedSize: false,
  },
  server: { proxy: { '/api': { target: server, changeOrigin: false } } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
