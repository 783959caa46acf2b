// What azd passes to main.bicep. azd sets AZURE_ENV_NAME and AZURE_LOCATION; the others are set with
// azd env set NAME VALUE. Every other parameter of main.bicep can be added here.
using '../main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param dataStorageSku = readEnvironmentVariable('BERTH_DATA_STORAGE_SKU', 'Standard_LRS')
param instanceMemoryMB = int(readEnvironmentVariable('BERTH_INSTANCE_MEMORY_MB', '2048'))
param maximumInstanceCount = int(readEnvironmentVariable('BERTH_MAXIMUM_INSTANCE_COUNT', '40'))
param alwaysReadyInstances = int(readEnvironmentVariable('BERTH_ALWAYS_READY_INSTANCES', '0'))
param allowedIpRanges = empty(readEnvironmentVariable('BERTH_ALLOWED_IP_RANGES', ''))
  ? []
  : split(readEnvironmentVariable('BERTH_ALLOWED_IP_RANGES', ''), ',')
param authMode = readEnvironmentVariable('BERTH_AUTH_MODE', 'accounts')
param administrator = readEnvironmentVariable('BERTH_ADMINISTRATOR', '')
param administratorPassword = readEnvironmentVariable('BERTH_ADMINISTRATOR_PASSWORD', '')
param customDomain = readEnvironmentVariable('BERTH_CUSTOM_DOMAIN', '')
param customDomainIsBound = bool(readEnvironmentVariable('BERTH_CUSTOM_DOMAIN_IS_BOUND', 'false'))
