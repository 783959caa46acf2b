// Berth on Azure: a function app on the Flex Consumption plan, Blob and Table storage, Application Insights.
//   azd up
//   az deployment sub create --location westeurope --template-file main.bicep
// docs/deploy-azure.md explains both, every parameter, and which rights are given and why.
targetScope = 'subscription'

@description('Name of this installation: part of the names of its resource group and resources, and the tag by which azd finds them.')
@minLength(1)
@maxLength(64)
param environmentName string = 'berth'

@description('Region of everything; one that has the Flex Consumption plan (az functionapp list-flexconsumption-locations).')
param location string = deployment().location

@description('Suffix that makes the names below unique in all of Azure. Lower-case letters and digits.')
@minLength(5)
@maxLength(13)
param nameSuffix string = uniqueString(subscription().id, environmentName, location)

@description('Resource group, made by this deployment.')
@minLength(1)
@maxLength(90)
param resourceGroupName string = 'rg-${environmentName}'

@description('Function app. The registry is at NAME.azurewebsites.net.')
@minLength(2)
@maxLength(60)
param functionAppName string = 'berth-${nameSuffix}'

@description('Plan of the function app.')
@minLength(1)
@maxLength(60)
param planName string = 'plan-${nameSuffix}'

@description('Identity that the function app acts as.')
@minLength(3)
@maxLength(128)
param identityName string = 'id-${nameSuffix}'

@description('Storage account of the registry: layers, manifests, tags, upload sessions.')
@minLength(3)
@maxLength(24)
param dataStorageName string = 'stdata${nameSuffix}'

@description('Storage account of the Functions host: the deployed package, function keys, leases. No registry data.')
@minLength(3)
@maxLength(24)
param hostStorageName string = 'sthost${nameSuffix}'

@description('Log Analytics workspace.')
@minLength(4)
@maxLength(63)
param logAnalyticsName string = 'log-${nameSuffix}'

@description('Application Insights.')
@minLength(1)
@maxLength(255)
param applicationInsightsName string = 'appi-${nameSuffix}'

@description('Blob container for layers: lower-case letters, digits and single hyphens, first and last no hyphen.')
@minLength(3)
@maxLength(63)
param containerName string = 'berth'

@description('Table for everything else: letters and digits, first a letter.')
@minLength(3)
@maxLength(63)
param tableName string = 'berth'

@description('Redundancy of the registry\'s data. Can be changed later.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_RAGRS'
  'Standard_GZRS'
  'Standard_RAGZRS'
])
param dataStorageSku string = 'Standard_LRS'

@description('Days for which a deleted layer can still be restored, and is still paid for.')
@minValue(1)
@maxValue(365)
param softDeleteDays int = 7

@description('Days after which what an abandoned upload left in pieces is deleted. Blob storage itself drops its uncommitted blocks after 7.')
@minValue(7)
@maxValue(365)
param abandonedUploadDays int = 8

@description('Memory of an instance in MB; CPU and network come in proportion. 2048 has one core.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int = 2048

@description('Most instances at a time: the limit of the bill. Some regions want at least 40.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that always run, so that no request waits for a cold start. Each is paid for around the clock.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('Requests that one instance serves at a time before another is started.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = 32

@description('Whether instances are spread over availability zones. Needs a region that has them, and two always-ready instances.')
param zoneRedundant bool = false

@description('Largest body of one request in GiB, so the largest layer that is pushed in one piece. The Functions host refuses more.')
@minValue(1)
@maxValue(1024)
param maximumBodyGiB int = 100

@description('IPv4 or IPv6 ranges in CIDR notation that may reach the registry; empty: everybody may. Signed download links are not limited by it.')
@maxLength(500)
param allowedIpRanges array = []

@description('Who may log in: accounts that Berth keeps; token: those of another server, told in settings; none: nobody has to, and settings must have Berth__Auth__AllowAnonymous too.')
@allowed([
  'accounts'
  'token'
  'none'
])
param authMode string = 'accounts'

@description('Name of the first administrator: lower-case letters and digits. Empty: the log has a one-time code that makes one.')
@maxLength(64)
param administrator string = ''

@description('Password of the first administrator, 8 characters or more, or a Key Vault reference: @Microsoft.KeyVault(SecretUri=https://…). Does nothing once there is an administrator.')
@secure()
@maxLength(256)
param administratorPassword string = ''

@description('Further settings as environment variables: { Berth__RedirectLifetime: \'10m\' }. What this deployment sets itself wins, except over Berth__UploadBufferSize.')
param settings object = {}

@description('Days that logs are kept. The first 30 cost nothing extra.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Most GB of logs taken in per day; the rest of that day is lost. -1: no limit.')
@minValue(-1)
@maxValue(1000)
param logDailyCapGB int = 5

@description('Host name of your own for the registry, for example registry.example.com; empty: none. Its DNS records must be there first.')
@maxLength(253)
param customDomain string = ''

@description('Whether an earlier deployment has bound the custom domain with its certificate. True keeps later ones from taking TLS away for a minute.')
param customDomainIsBound bool = false

var tags = {
  'azd-env-name': environmentName
}

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: resourceGroupName
  location: location
  tags: tags
}

module identity 'infra/identity.bicep' = {
  name: 'berth-identity'
  scope: group
  params: {
    name: identityName
    location: location
    tags: tags
  }
}

module monitoring 'infra/monitoring.bicep' = {
  name: 'berth-monitoring'
  scope: group
  params: {
    workspaceName: logAnalyticsName
    applicationInsightsName: applicationInsightsName
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGB: logDailyCapGB
    principalId: identity.outputs.principalId
  }
}

module hostStorage 'infra/host-storage.bicep' = {
  name: 'berth-host-storage'
  scope: group
  params: {
    name: hostStorageName
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module dataStorage 'infra/data-storage.bicep' = {
  name: 'berth-data-storage'
  scope: group
  params: {
    name: dataStorageName
    location: location
    tags: tags
    sku: dataStorageSku
    containerName: containerName
    tableName: tableName
    softDeleteDays: softDeleteDays
    abandonedUploadDays: abandonedUploadDays
    principalId: identity.outputs.principalId
  }
}

module app 'infra/app.bicep' = {
  name: 'berth-app'
  scope: group
  params: {
    name: functionAppName
    planName: planName
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    packageContainerUri: hostStorage.outputs.packageContainerUri
    hostBlobServiceUri: hostStorage.outputs.blobServiceUri
    dataBlobServiceUri: dataStorage.outputs.blobServiceUri
    dataTableServiceUri: dataStorage.outputs.tableServiceUri
    containerName: containerName
    tableName: tableName
    applicationInsightsConnectionString: monitoring.outputs.connectionString
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    httpConcurrency: httpConcurrency
    zoneRedundant: zoneRedundant
    maximumBodyGiB: maximumBodyGiB
    allowedIpRanges: allowedIpRanges
    authMode: authMode
    administrator: administrator
    administratorPassword: administratorPassword
    publicUrl: empty(customDomain) ? '' : 'https://${customDomain}'
    settings: settings
  }
}

module domain 'infra/domain.bicep' = if (!empty(customDomain)) {
  name: 'berth-domain'
  scope: group
  params: {
    appName: app.outputs.name
    location: location
    tags: tags
    domain: customDomain
    isBound: customDomainIsBound
  }
}

var registryHost = empty(customDomain) ? app.outputs.hostName : customDomain

@description('Region; azd keeps it.')
output AZURE_LOCATION string = location

@description('Tenant; azd keeps it.')
output AZURE_TENANT_ID string = tenant().tenantId

@description('Resource group; azd deploys to it.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Function app, for func azure functionapp publish.')
output AZURE_FUNCTION_APP_NAME string = app.outputs.name

@description('What image names begin with.')
output REGISTRY_HOST string = registryHost

@description('Root of the registry\'s API.')
output REGISTRY_URL string = 'https://${registryHost}/v2/'

@description('How to log in.')
output REGISTRY_LOGIN string = 'docker login ${registryHost}'

@description('How to push.')
output REGISTRY_PUSH string = 'docker tag alpine ${registryHost}/library/alpine && docker push ${registryHost}/library/alpine'

@description('Who reaches the registry.')
output REGISTRY_ACCESS string = empty(allowedIpRanges)
  ? 'everybody on the internet; who may do what: ${authMode}'
  : 'only ${join(allowedIpRanges, ', ')}'

@description('DNS records that a custom domain needs before customDomain is set to it.')
output REGISTRY_DNS_RECORDS array = [
  'CNAME REGISTRY.EXAMPLE.COM ${app.outputs.hostName}'
  'TXT asuid.REGISTRY.EXAMPLE.COM ${app.outputs.domainVerificationId}'
]
