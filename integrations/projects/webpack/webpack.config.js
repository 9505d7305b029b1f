module.exports = { target: 'node', entry: './src/index.js', performance: false };
