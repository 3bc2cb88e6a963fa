export default { entry: './main.js', output: { filename: 'main.js', clean: true }, experiments: { topLevelAwait: true } };
