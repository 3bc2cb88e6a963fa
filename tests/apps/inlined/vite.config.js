export default { build: { assetsInlineLimit: 1e9 } };
