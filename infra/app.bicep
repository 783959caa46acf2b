// The function app on its Flex Consumption plan.

@description('Name of the function app.')
param name string

@description('Name of the plan.')
param planName string

@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Resource id of the identity that the app acts as.')
param identityId string

@description('Client id of that identity.')
param identityClientId string

@description('Container that deployments go to.')
param packageContainerUri string

@description('Blob service of the Functions host.')
param hostBlobServiceUri string

@description('Blob service of the registry.')
param dataBlobServiceUri string

@description('Table service of the registry.')
param dataTableServiceUri string

@description('Blob container for layers.')
param containerName string

@description('Table for everything else.')
param tableName string

@description('Where telemetry goes.')
param applicationInsightsConnectionString string

@description('Memory of an instance in MB.')
param instanceMemoryMB int

@description('Most instances at a time.')
param maximumInstanceCount int

@description('Instances that always run.')
param alwaysReadyInstances int

@description('Requests that one instance serves at a time.')
param httpConcurrency int

@description('Whether instances are spread over availability zones.')
param zoneRedundant bool

@description('Largest body of one request in GiB.')
param maximumBodyGiB int

@description('Ranges that may reach the app; empty: everybody may.')
param allowedIpRanges array

@description('How callers are told apart.')
param authMode string

@description('Name of the first administrator; empty: none.')
param administrator string

@description('Password of the first administrator.')
@secure()
param administratorPassword string

@description('Where clients reach the registry; empty: at the host name that Azure gives it.')
param publicUrl string

@description('Further settings. Only the size of the upload buffers can be changed by them; the others below win.')
param settings object

var restrictions = [
  for (cidr, index) in allowedIpRanges: {
    name: 'allowed-${index}'
    action: 'Allow'
    ipAddress: cidr
    priority: 100 + index
  }
]

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': 'registry'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    publicNetworkAccess: 'Enabled'
    // What domain.bicep needs; it can be chosen only when the app is made. The published types do not know it yet.
    #disable-next-line BCP037
    siteScopedCertificatesEnabled: true
    functionAppConfig: {
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageContainerUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyInstances == 0
          ? []
          : [
              {
                name: 'http'
                instanceCount: alwaysReadyInstances
              }
            ]
        triggers: {
          http: {
            perInstanceConcurrency: httpConcurrency
          }
        }
      }
    }
    siteConfig: {
      ftpsState: 'Disabled'
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ipSecurityRestrictions: restrictions
      ipSecurityRestrictionsDefaultAction: empty(allowedIpRanges) ? 'Allow' : 'Deny'
      // Deployments are guarded by Azure rights, and come from build machines anywhere.
      scmIpSecurityRestrictionsUseMain: false
    }
  }
}

// FUNCTIONS_WORKER_RUNTIME, FUNCTIONS_EXTENSION_VERSION and WEBSITE_RUN_FROM_PACKAGE do not belong here:
// functionAppConfig says it.
resource appSettings 'Microsoft.Web/sites/config@2024-11-01' = {
  parent: app
  name: 'appsettings'
  properties: union({
    // A sixteenth of the memory: 32, 128 or 256 MiB. The Functions host has to live there too.
    Berth__UploadBufferSize: '${instanceMemoryMB / 16}MiB'
  }, settings, {
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identityClientId
    AzureWebJobsStorage__blobServiceUri: hostBlobServiceUri
    APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
    // Else / is an advertisement of the platform's and not the registry's answer.
    AzureWebJobsDisableHomepage: 'true'
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: string(maximumBodyGiB * 1073741824)
    Berth__Auth__Mode: authMode
    Berth__Auth__Accounts__Administrator: administrator
    Berth__Auth__Accounts__AdministratorPassword: administratorPassword
    Berth__PublicUrl: publicUrl
    Berth__Storage__Provider: 'azure'
    Berth__Storage__Azure__BlobServiceUri: dataBlobServiceUri
    Berth__Storage__Azure__TableServiceUri: dataTableServiceUri
    Berth__Storage__Azure__ClientId: identityClientId
    Berth__Storage__Azure__Container: containerName
    Berth__Storage__Azure__Table: tableName
    Berth__Storage__Azure__CreateMissing: 'false'
  })
}

// No passwords for deployments: only identities with rights on the app.
resource noFtpPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noScmPasswords 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

@description('Name of the function app.')
output name string = app.name

@description('Host name that Azure gives it.')
output hostName string = app.properties.defaultHostName

@description('What the TXT record of a custom domain holds.')
output domainVerificationId string = app.properties.customDomainVerificationId
